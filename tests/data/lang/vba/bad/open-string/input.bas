Sub T()
    x = "abc
    y = 1
End Sub
