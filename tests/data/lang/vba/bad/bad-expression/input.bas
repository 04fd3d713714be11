Sub T()
    x = 1 +
    y = * 2
    z = (1
End Sub
