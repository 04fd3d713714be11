Sub A(x As
    y = 1
End Sub
