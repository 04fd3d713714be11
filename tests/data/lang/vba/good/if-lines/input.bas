Sub T()
    If a Then b
    If a Then b: c Else d: e
    If a Then x = 1 Else If b Then x = 2 Else x = 3
    If a Then 10 Else 20
    If a GoTo Done
    If a Then For i = 1 To 3: b: Next
    If a Then Exit Sub
    10 If a Then _
        b
    20 Done:
End Sub
