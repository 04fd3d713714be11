Sub T()
    Größe = 1
    привет = Größe
    Name = "x"
    Text = Name
    Width = 3: Line = 4
    Error = 1
    Binary.Open "x"
    Step1 = Base
End Sub
