Sub T()
    While a
        b
End Sub
