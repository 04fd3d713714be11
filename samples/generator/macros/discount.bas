Option Explicit

' Discounts: small ones pass, medium ones need a yes from the person at the screen, large ones never pass.

Public Sub ApproveDiscounts()
    Dim ws As Worksheet
    Dim lastRow As Long, r As Long
    Dim pct As Double, amount As Double, granted As Double
    Dim pending As Long
    Dim approved As Boolean
    Dim decision As String
    Dim sumDiscount As Double

    On Error GoTo Failed
    Set ws = ThisWorkbook.Worksheets("Requests")
    lastRow = ws.Cells(ws.Rows.Count, "A").End(xlUp).Row
    pending = Application.WorksheetFunction.CountIfs(ws.Range("E5:E" & lastRow), ">5", ws.Range("E5:E" & lastRow), "<=15")

    If pending > 0 Then
        If MsgBox(pending & " requests are above 5 %. Approve them?", vbYesNo + vbQuestion, "Discounts") = vbYes Then
            approved = True
        End If
    End If

    For r = 5 To lastRow
        pct = Val(ws.Cells(r, 5).Value)
        amount = ws.Cells(r, 4).Value
        granted = 0
        If pct <= 0 Then
            decision = "INVALID"
        ElseIf pct <= 5 Then
            decision = "AUTO"
            granted = pct
        ElseIf pct <= 15 Then
            If approved Then
                decision = "APPROVED"
                granted = pct
            Else
                decision = "DECLINED"
            End If
        Else
            decision = "REFUSED"
            granted = 5
        End If
        If IsKeyAccount(ws.Cells(r, 2).Value) And decision = "REFUSED" Then
            decision = "KEY ACCOUNT"
            granted = 15
        End If
        ws.Cells(r, 6).Value = decision
        ws.Cells(r, 7).Value = granted
        ws.Cells(r, 8).Value = Int(amount * (100 - granted) + 0.5) / 100
        sumDiscount = sumDiscount + (amount - ws.Cells(r, 8).Value)
    Next r

    ws.Range("H2").Value = Int(sumDiscount * 100 + 0.5) / 100
    MsgBox "Done. Discounts granted: " & Format(sumDiscount, "#,##0.00"), vbInformation, "Discounts"
    Exit Sub
Failed:
    MsgBox "Row " & r & ": " & Err.Description, vbExclamation, "Discounts"
End Sub

Private Function IsKeyAccount(ByVal customer As String) As Boolean
    IsKeyAccount = Application.WorksheetFunction.CountIf(ThisWorkbook.Worksheets("KeyAccounts").Range("A2:A20"), customer) > 0
End Function
