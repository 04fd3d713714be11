Sub T()
    With a
        .b = 1
End Sub
