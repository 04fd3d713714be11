//! The words VBA gives a meaning. Most are keywords only where the grammar expects them; `is_reserved` tells which can
//! never name a variable. Knows no grammar.

macro_rules! words {
    ($($variant:ident $text:literal),* $(,)?) => {
        /// A keyword, or `Other` for every other name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Word { Other, $($variant),* }

        fn exact(lower: &str) -> Word {
            match lower { $($text => Word::$variant,)* _ => Word::Other }
        }
    };
}

words! {
    Access "access", AddressOf "addressof", Alias "alias", And "and", Any "any", Append "append", As "as",
    Attribute "attribute", Base "base", Binary "binary", ByRef "byref", ByVal "byval", Call "call", Case "case",
    CDecl "cdecl", Close "close", Compare "compare", Const "const", Database "database", Debug "debug",
    Declare "declare", DefBool "defbool", DefByte "defbyte", DefCur "defcur", DefDate "defdate", DefDbl "defdbl",
    DefInt "defint", DefLng "deflng", DefLngLng "deflnglng", DefLngPtr "deflngptr", DefObj "defobj",
    DefSng "defsng", DefStr "defstr", DefVar "defvar", Dim "dim", Do "do", Each "each", Else "else",
    ElseIf "elseif", Empty "empty", End "end", EndIf "endif", Enum "enum", Eqv "eqv", Erase "erase", Error "error",
    Event "event", Exit "exit", Explicit "explicit", False "false", For "for", Friend "friend",
    Function "function", Get "get", Global "global", Go "go", GoSub "gosub", GoTo "goto", If "if", Imp "imp",
    Implements "implements", In "in", Input "input", Is "is", Len "len", Let "let", Lib "lib", Like "like",
    Line "line", Lock "lock", Loop "loop", LSet "lset", Mid "mid", MidB "midb", Mod "mod", Module "module",
    Name "name", New "new", Next "next", Not "not", Nothing "nothing", Null "null", On "on", Open "open",
    Option "option", Optional "optional", Or "or", Output "output", ParamArray "paramarray", Preserve "preserve",
    Print "print", Private "private", Property "property", PtrSafe "ptrsafe", Public "public", Put "put",
    RaiseEvent "raiseevent", Random "random", Read "read", ReDim "redim", Reset "reset", Resume "resume",
    Return "return", RSet "rset", Seek "seek", Select "select", Set "set", Shared "shared", Spc "spc",
    Static "static", Step "step", Stop "stop", Sub "sub", Tab "tab", Text "text", Then "then", To "to",
    True "true", Type "type", TypeOf "typeof", Unlock "unlock", Until "until", Wend "wend", While "while",
    Width "width", With "with", WithEvents "withevents", Write "write", Xor "xor",
}

/// Longest keyword, `paramarray`, `raiseevent`, `withevents`, `implements`.
const LONGEST: usize = 10;

impl Word {
    /// The keyword `text` is, letter case apart.
    pub(super) fn of(text: &str) -> Word {
        let mut buffer = [0u8; LONGEST];
        let Some(lower) = buffer.get_mut(..text.len()) else {
            return Word::Other;
        };
        lower.copy_from_slice(text.as_bytes());
        lower.make_ascii_lowercase();
        std::str::from_utf8(lower).map_or(Word::Other, exact)
    }

    /// Whether the word can neither name a variable nor start an operand (MS-VBAL 3.3.5.2, statement keywords,
    /// operators and markers).
    pub(super) fn is_reserved(self) -> bool {
        use Word::*;
        matches!(
            self,
            And | As
                | ByRef
                | ByVal
                | Call
                | Case
                | Const
                | Declare
                | Dim
                | Do
                | Each
                | Else
                | ElseIf
                | End
                | EndIf
                | Enum
                | Eqv
                | Erase
                | Event
                | Exit
                | For
                | Friend
                | Function
                | GoSub
                | GoTo
                | If
                | Imp
                | Implements
                | In
                | Is
                | Let
                | Like
                | Loop
                | LSet
                | Mod
                | Next
                | On
                | Option
                | Optional
                | Or
                | ParamArray
                | Preserve
                | Private
                | Public
                | RaiseEvent
                | ReDim
                | Resume
                | Return
                | RSet
                | Select
                | Set
                | Static
                | Stop
                | Sub
                | Then
                | To
                | Type
                | Until
                | Wend
                | While
                | With
                | WithEvents
                | Xor
        )
    }
}
