Sub T()
    If a Then
        b
    c
End Sub
