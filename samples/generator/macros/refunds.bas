Option Explicit

' Sum of refunds by reason, into the sheet Sums.
Public Sub SumRefunds()
    Dim ws As Worksheet, r As Long, i As Long
    Dim reason As String, reasons As Variant, sums(0 To 3) As Double
    reasons = Array("damaged", "wrong size", "expired", "other")
    Set ws = Worksheets("Returns")
    For r = 4 To ws.Cells(ws.Rows.Count, 1).End(xlUp).Row
        reason = LCase(Trim(ws.Cells(r, 5).Value))
        For i = 0 To 3
            If reason = reasons(i) Or i = 3 Then
                sums(i) = sums(i) + ws.Cells(r, 6).Value
                Exit For
            End If
        Next i
    Next r
    For i = 0 To 3
        Worksheets("Sums").Cells(4 + i, 1).Value = reasons(i)
        Worksheets("Sums").Cells(4 + i, 2).Value = sums(i)
    Next i
End Sub
