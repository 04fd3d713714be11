Attribute VB_Name = "modComplaints"
Option Compare Database
Option Explicit

Public Sub CloseComplaint(ByVal id As Long)
    Dim db As DAO.Database
    Dim rs As DAO.Recordset
    Set db = CurrentDb
    Set rs = db.OpenRecordset("SELECT * FROM Complaint WHERE ComplaintID = " & id, dbOpenDynaset)
    Do Until rs.EOF
        If rs!State <> "closed" Then
            rs.Edit
            rs!State = "closed"
            rs!ClosedOn = Date
            rs.Update
        End If
        rs.MoveNext
    Loop
    rs.Close
    Set rs = Nothing
End Sub

Public Function PrintOpen()
    DoCmd.OpenReport "rptOpenComplaints", acViewPreview
End Function

Public Function RefundSum(ByVal store As String) As Currency
    RefundSum = Nz(DSum("Refund", "Complaint", "StoreNo='" & store & "' AND State<>'closed'"), 0)
End Function

Public Sub ExportOpen()
    DoCmd.TransferSpreadsheet acExport, acSpreadsheetTypeExcel12Xml, "qryOpenByStore", "\\fileserver01\service\open.xlsx", True
    DoCmd.SendObject acSendQuery, "qryOpenByStore", acFormatXLSX, "service@example.com", , , "Open complaints", "see attachment", False
End Sub
