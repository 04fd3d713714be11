Option Explicit

' Hours per employee and week, overtime flags, staffing per day.
' Codes: F early, S late, N night, T part day, K sick, U leave, blank off, or a span like 9-17, or hours as a number

Private Const FIRST_ROW As Long = 5
Private Const COL_FIRST_DAY As Long = 4
Private Const COL_HOURS As Long = 11

Public Sub CalculateHours()
    Dim ws As Worksheet
    Dim tally As clsTally
    Dim staff(1 To 7) As Long
    Dim lastRow As Long, r As Long, c As Long, i As Long
    Dim total As Double, contract As Double, over As Double
    Dim sumHours As Double, flagged As Long
    Dim minStaff As Long
    Dim code As String
    Dim codes As Variant

    On Error GoTo Failed
    Application.ScreenUpdating = False
    Application.EnableEvents = False
    Set ws = ThisWorkbook.Worksheets("Plan")
    Set tally = New clsTally
    minStaff = ThisWorkbook.Worksheets("Summary").Range("B3").Value
    lastRow = ws.Cells(ws.Rows.Count, 1).End(xlUp).Row

    For r = FIRST_ROW To lastRow
        total = 0
        For c = COL_FIRST_DAY To COL_FIRST_DAY + 6
            code = UCase(Trim(CStr(ws.Cells(r, c).Value)))
            total = total + ShiftHours(code)
            If code <> "" Then tally.Add code
            If IsWorking(code) Then
                staff(c - COL_FIRST_DAY + 1) = staff(c - COL_FIRST_DAY + 1) + 1
            End If
        Next c
        contract = Val(ws.Cells(r, 3).Value)
        over = total - contract
        With ws
            .Cells(r, COL_HOURS).Value = total
            .Cells(r, COL_HOURS + 1).Value = over
            .Cells(r, COL_HOURS + 2).Value = OvertimeFlag(over)
            If over > 8 Then
                .Cells(r, COL_HOURS + 2).Font.Bold = True
                .Cells(r, COL_HOURS + 2).Interior.ColorIndex = 3
            End If
        End With
        If over > 0 Then flagged = flagged + 1
        sumHours = sumHours + total
    Next r

    For i = 1 To 7
        ws.Cells(lastRow + 2, COL_FIRST_DAY + i - 1).Value = staff(i)
        ws.Cells(lastRow + 3, COL_FIRST_DAY + i - 1).Value = IIf(staff(i) < minStaff, "LOW", "ok")
    Next i
    ws.Cells(lastRow + 2, COL_HOURS).Value = sumHours

    codes = Array("F", "S", "N", "T", "K", "U")
    For i = LBound(codes) To UBound(codes)
        ThisWorkbook.Worksheets("Summary").Cells(6 + i, 1).Value = codes(i)
        ThisWorkbook.Worksheets("Summary").Cells(6 + i, 2).Value = tally.CountOf(CStr(codes(i)))
    Next i

    Application.EnableEvents = True
    Application.ScreenUpdating = True
    If flagged > 0 Then
        MsgBox flagged & " employees with overtime this week.", vbExclamation, "Shift plan"
    Else
        MsgBox "No overtime.", vbInformation, "Shift plan"
    End If
    Exit Sub

Failed:
    Application.EnableEvents = True
    Application.ScreenUpdating = True
    MsgBox "Row " & r & ": " & Err.Description, vbCritical, "Shift plan"
End Sub

Private Function ShiftHours(ByVal code As String) As Double
    Dim p As Long
    Select Case code
        Case ""
            ShiftHours = 0
        Case "F", "S"
            ShiftHours = 8
        Case "N"
            ShiftHours = 9.5
        Case "T"
            ShiftHours = 5.25
        Case "K", "U"
            ShiftHours = 7.75
        Case Else
            p = InStr(code, "-")
            If p > 1 Then
                ShiftHours = CDbl(Mid(code, p + 1)) - CDbl(Left(code, p - 1))
            ElseIf IsNumeric(code) Then
                ShiftHours = CDbl(code)
            Else
                ShiftHours = 0
            End If
    End Select
End Function

Private Function IsWorking(ByVal code As String) As Boolean
    IsWorking = Not (code = "" Or code = "K" Or code = "U" Or code = "OFF")
End Function

Private Function OvertimeFlag(ByVal over As Double) As String
    Select Case over
        Case Is > 8
            OvertimeFlag = "OVERTIME!"
        Case Is > 0
            OvertimeFlag = "overtime"
        Case Is < -4
            OvertimeFlag = "under hours"
        Case Else
            OvertimeFlag = "ok"
    End Select
End Function
