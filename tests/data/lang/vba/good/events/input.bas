Public Event Changed(ByVal Key As String, Cancel As Boolean)
Implements IShape
Sub Fire()
    RaiseEvent Changed("a", c)
    RaiseEvent Done
End Sub
