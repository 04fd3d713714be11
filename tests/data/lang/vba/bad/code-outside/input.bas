x = 1
y = 2
Sub A()
End Sub
