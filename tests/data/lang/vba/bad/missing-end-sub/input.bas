Sub A()
    x = 1
Sub B()
End Sub
