Attribute VB_Name = "Module1"
Sub Main()
    Dim a As New Account, d As Object
    a.Deposit 5
    a.Balance = a.Balance + 1
    Set d = CreateObject("Scripting.Dictionary")
    d("x") = a.Balance
    If TypeOf a Is Account Then d.Remove "x"
    With New Account
        .Deposit 3
    End With
    SendKeys "x"
    This is not VBA
End Sub
