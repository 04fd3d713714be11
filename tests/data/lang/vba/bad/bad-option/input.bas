Option Base 2
Option Foo
