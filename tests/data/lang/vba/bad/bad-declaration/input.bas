Dim As Long
Public Const A
Type T
    a As Long
Sub B()
End Sub
