Attribute VB_Name = "Prices"
Option Explicit
Option Base 1
Option Compare Text
Option Private Module
