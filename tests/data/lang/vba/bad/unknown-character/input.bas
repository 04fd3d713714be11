Sub T()
    x = 1 ? 2
    y = {
End Sub
