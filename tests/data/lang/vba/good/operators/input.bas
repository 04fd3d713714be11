Sub T()
    x = a Imp b Eqv c Xor d Or e And Not f = g
    x = a & b + c Mod d \ e * -f ^ -g
    x = a <> b Like "x*"
    x = o Is Nothing
    x = TypeOf o Is Excel.Range And True
    x = Not a Is Nothing
    x = a >= b <= c
End Sub
