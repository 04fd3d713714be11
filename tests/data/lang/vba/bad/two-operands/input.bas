Sub T()
    x = a b
    y = 1 2
End Sub
