Attribute VB_Name = "Module1"
Option Compare Database
Option Explicit
Public Sub Main()
    Dim db As DAO.Database, rs As DAO.Recordset, sql As String
    DoCmd.SetWarnings False
    Set db = CurrentDb
    db.Execute "UPDATE Orders SET Done = True", dbFailOnError
    sql = "DELETE FROM Orders WHERE ID = " & 5
    DoCmd.RunSQL sql
    Set rs = db.OpenRecordset("Orders")
    Do Until rs.EOF
        rs.Edit
        rs!Total = rs!Price * Nz(rs![Unit Count], 1)
        rs.Update
        Debug.Print rs!Total, DLookup("Name", "Customers", "ID = " & rs!Customer)
        rs.MoveNext
    Loop
    rs.Close
    Do Until rs!Done = True
        rs.MoveNext
    Loop
    DoCmd.OpenForm "Orders", acNormal
    Open "out.txt" For Output As #1
    Print #1, "a"; 1,
    Write #1, "b", 2
    Close #1
End Sub
