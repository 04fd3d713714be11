Sub T()
    SetTimer 0, AddressOf Tick
    x = EOF(#1)
    Set x = New ADODB.Connection
    x = Array(1, , 3)
    x = f()
    x = (a)
    x = [Sheet1!A1:B2]
    x = Me.Name
    x = Date + Time
End Sub
