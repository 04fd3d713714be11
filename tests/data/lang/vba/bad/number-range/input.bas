Sub T()
    x = 40000%
    y = &HFFFFFFFFF
End Sub
