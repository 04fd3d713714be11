Sub T()
    Do While a
        b
    Loop
    Do Until a
        Exit Do
    Loop
    Do
        b
    Loop While c
    Do
    Loop Until d
    Do: Loop
    While x
        y
    Wend
End Sub
