"""Pages as JTidy r938 reads them: the library with which JMeter checks HTML, and looks into pages with XPath.

Written from its behaviour; the words of its report are those of HTML Tidy (© 1998-2000 World Wide Web Consortium).
"""
