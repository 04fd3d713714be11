Attribute VB_Name = "Form_Orders"
Option Compare Database
Option Explicit
Private Sub Total_AfterUpdate()
    Me!Tax = Me.Total * 0.2
    Me.Requery
    Total.ForeColor = vbRed
End Sub
