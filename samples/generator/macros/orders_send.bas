Option Explicit

' Sends each open order to its supplier and writes a copy to the share.
Private Const EXPORT_DIR As String = "\\fileserver01\purchasing\outbox\"
Private Const CONN As String = "Provider=SQLOLEDB;Data Source=sql-legacy;Initial Catalog=Purchasing;User ID=orders_app;Password=NotARealSecret1;"

Public Sub SendOrders()
    Dim ws As Worksheet
    Dim olApp As Object, mail As Object
    Dim r As Long, lastRow As Long, f As Integer
    Dim supplier As String, lineText As String

    On Error Resume Next
    Set olApp = CreateObject("Outlook.Application")
    On Error GoTo 0
    Set ws = ThisWorkbook.Worksheets("Orders")
    lastRow = ws.Range("A" & ws.Rows.Count).End(xlUp).Row

    f = FreeFile
    Open EXPORT_DIR & "orders_" & Format(Date, "yyyymmdd") & ".csv" For Output As #f
    For r = 5 To lastRow
        If UCase(ws.Cells(r, 9).Value) = "OPEN" Then
            lineText = ws.Cells(r, 1).Value & ";" & ws.Cells(r, 3).Value & ";" & ws.Cells(r, 5).Value
            Print #f, lineText
            supplier = ws.Cells(r, 2).Value
            If Not olApp Is Nothing Then
                Set mail = olApp.CreateItem(0)
                mail.To = Application.WorksheetFunction.VLookup(supplier, Worksheets("Suppliers").Range("A2:D40"), 4, False)
                mail.Subject = "Order " & ws.Cells(r, 1).Value
                mail.Body = lineText
                mail.Send
            End If
        End If
    Next r
    Close #f
    LogToServer lastRow - 4
End Sub

Private Sub LogToServer(ByVal n As Long)
    Dim cn As Object
    Set cn = CreateObject("ADODB.Connection")
    cn.Open CONN
    cn.Execute "INSERT INTO OrderLog (SentAt, Lines) VALUES (GETDATE(), " & n & ")"
    cn.Close
    Shell "cmd /c start " & EXPORT_DIR, vbHide
End Sub
