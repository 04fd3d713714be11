Sub T()
    Do While a
        b
End Sub
