Sub A()
End Function
Sub B()
End Sub
