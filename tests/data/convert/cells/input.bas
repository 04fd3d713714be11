Attribute VB_Name = "Module1"
Sub Main()
    Dim src As Worksheet, dst As Worksheet, i As Long, nxt As Long, hit As Range, v
    Application.ScreenUpdating = False
    Set src = Sheets("Orders"): Set dst = Sheets("Archive")
    For i = src.Range("A" & Rows.Count).End(xlUp).Row To 2 Step -1
        If src.Cells(i, 7) = "Closed" Or src.Cells(i, 7) = "Cancelled" Then
            nxt = dst.Cells(dst.Rows.Count, "A").End(xlUp).Row + 1
            src.Rows(i).Copy Destination:=dst.Rows(nxt)
            src.Rows(i).Delete
        End If
    Next
    Range("A1") = "=1+1"
    Cells(2, 2).Formula = "=A1*2"
    dst.Range("A1:B9").ClearContents
    dst.Range("A1").Sort Key1:=dst.Range("A1"), Order1:=xlAscending, Header:=xlYes
    dst.Range("A1").AutoFilter Field:=1, Criteria1:="x"
    Set hit = dst.Columns(1).Find("x")
    Worksheets("Archive").Range(Cells(1, 1), Cells(2, 2)).Interior.Color = vbRed
    dst.Columns("A:C").AutoFit
    src.Range("A1").Select
    Selection.Font.Bold = True
    Sheets.Add After:=Sheets(Sheets.Count)
    ActiveSheet.Name = "New"
    v = [A1]
    v = dst.Range("A1").Value
    dst.Rows(3).Insert
    Application.DisplayAlerts = False
    dst.Delete
    Calculate
    ThisWorkbook.Save
    DoEvents
End Sub
