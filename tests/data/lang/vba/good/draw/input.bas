Sub T()
    Me.Line (0, 0)-(x + 1, y), vbRed, BF
    Me.Circle (1, 2), 3
    .PSet Step (1, 1), c
End Sub
