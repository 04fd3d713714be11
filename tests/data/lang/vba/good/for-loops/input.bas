Sub T()
    For i = 1 To 10 Step -2
        a
    Next i
    For Each c In Range("A1")
        Exit For
    Next
    For i = 1 To 2: For j = 1 To 3
        b
    Next j, i
    For k% = 0 To n - 1: Next
End Sub
