Sub T()
    Range("A1") _
        .Offset(1) _
        .Select
    With a.b(1)
        .c.d = .e(.f)
        x .g
        !k!l = 1
    End With
    x = ThisWorkbook.Sheets("a").Range("b").End(xlUp).Row
    o.Next.Select.End.If = 1
    x = o![a b].[c d]
End Sub
