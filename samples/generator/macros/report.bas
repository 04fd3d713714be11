Option Explicit

' Weekly report: open tickets go to the report, closed ones to the archive and out of the list.

Public Sub WeeklyReport()
    Dim wsData As Worksheet, wsReport As Worksheet, wsArchive As Worksheet
    Dim lastRow As Long, r As Long, outRow As Long, archRow As Long
    Dim state As String
    Dim cost As Double
    Dim nOpen As Long, nClosed As Long

    Set wsData = ThisWorkbook.Worksheets("Tickets")
    Set wsReport = ThisWorkbook.Worksheets("Report")
    Set wsArchive = ThisWorkbook.Worksheets("Archive")
    Application.ScreenUpdating = False
    Application.DisplayAlerts = False

    wsReport.Range("A4:F300").ClearContents
    lastRow = wsData.Cells(wsData.Rows.Count, 1).End(xlUp).Row

    outRow = 4
    r = 4
    Do While r <= lastRow
        state = LCase(Trim(wsData.Cells(r, 5).Value))
        If state <> "closed" And state <> "done" Then
            cost = 0
            If IsNumeric(wsData.Cells(r, 6).Value) Then cost = wsData.Cells(r, 6).Value
            wsReport.Cells(outRow, 1).Value = wsData.Cells(r, 1).Value
            wsReport.Cells(outRow, 2).Value = wsData.Cells(r, 2).Value
            wsReport.Cells(outRow, 3).Value = wsData.Cells(r, 4).Value
            wsReport.Cells(outRow, 4).Value = state
            wsReport.Cells(outRow, 5).Value = cost
            wsReport.Cells(outRow, 6).Value = Urgency(state, cost)
            outRow = outRow + 1
            nOpen = nOpen + 1
        End If
        r = r + 1
    Loop

    archRow = wsArchive.Cells(wsArchive.Rows.Count, 1).End(xlUp).Row + 1
    For r = lastRow To 4 Step -1
        state = LCase(Trim(wsData.Cells(r, 5).Value))
        If state = "closed" Or state = "done" Then
            wsData.Range("A" & r & ":F" & r).Copy wsArchive.Range("A" & archRow)
            wsData.Rows(r).Delete
            archRow = archRow + 1
            nClosed = nClosed + 1
        End If
    Next r

    wsReport.Range("B2").Value = nOpen
    wsReport.Range("E2").Value = Application.WorksheetFunction.Sum(wsReport.Range("E4:E300"))
    Application.DisplayAlerts = True
    Application.ScreenUpdating = True
    MsgBox nOpen & " open tickets, " & nClosed & " archived.", vbInformation, "Weekly report"
End Sub

Private Function Urgency(ByVal state As String, ByVal cost As Double) As String
    If state = "blocked" Then
        Urgency = "high"
    ElseIf cost >= 500 Then
        Urgency = "high"
    ElseIf cost >= 100 Then
        Urgency = "medium"
    Else
        Urgency = "low"
    End If
End Function
