Sub T()
    Dim a(), b(3) As Long
    Static n As Integer
    Const K = 1, L As Long = 2
    ReDim a(1 To n, 3)
    ReDim Preserve o.List(1).Items(0 To 2) As String, b(4)
    Erase a, b
End Sub
