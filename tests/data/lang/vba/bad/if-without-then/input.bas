Sub T()
    If a
        b
    End If
End Sub
