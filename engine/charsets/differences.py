"""Where Java's charsets differ from Python's codecs, found by holding all characters of both together."""

from __future__ import annotations

TABLE = """
Big5 2cd= 2574= ffe3= | a15a=ff3f a1fe=2571 a240=2572 a1c3= a1c5=; EUC-JP 2014=a1bd 2015= ff5e=8fa2b7 | a1bd=2014;
EUC-KR 327e=a2e8 | a2e8=327e a4d4=3164; GB18030 1e3f=a8bc 9fb4=fe59 9fb5=fe61 9fb6-9fb7=fe66 9fb8=fe6d 9fb9=fe7e
9fba=fe90 9fbb=fea0 e78d=84318236 e78e=84318238 e78f=84318237 e790=84318239 e791-e796=84318330 e7c7=8135f437
e81e=82359037 e826=82359038 e82b=82359039 e82c=82359130 e832=82359131 e843=82359132 e854=82359133 e864=82359134
fe10=a6d9 fe11=a6db fe12=a6da fe13-fe16=a6dc fe17-fe18=a6ec fe19=a6f3 | a6d9=fe10 a6da=fe12 a6db=fe11 a6dc-a6df=fe13
a6ec-a6ed=fe17 a6f3=fe19 a8bc=1e3f fe59=9fb4 fe61=9fb5 fe66-fe67=9fb6 fe6d=9fb8 fe7e=9fb9 fe90=9fba fea0=9fbb; GBK
1f9= 2295= 2641=a892 2e81= 2e84= 2e88= 2e8b-2e8c= 2e97= 2ea7= 2eaa= 2eae= 2eb3= 2eb6-2eb7= 2ebb= 2eca= 2ff0-2ffb=
303e= 3447= 3473= 359e= 360e= 361a= 3918= 396e= 39cf-39d0= 39df= 3a73= 3b4e= 3c6e= 3ce0= 4056= 415f= 4337= 43ac= 43b1=
43dd= 44d6= 464c= 4661= 4723= 4729= 477c= 478d= 4947= 497a= 497d= 4982-4983= 4985-4986= 499b= 499f= 49b6-49b7= 4c77=
4c9f-4ca3= 4d13-4d19= 4dae= e7c8=a8bf e7e7-e7f3=a989 e815=fe50 e819-e81d=fe54 e81f-e825=fe5a e827-e82a=fe62
e82d-e830=fe68 e833-e83a=fe6e e83c-e842=fe77 e844-e853=fe80 e856-e863=fe92 | a892=2641 a8bf=e7c8 a989-a995=e7e7
fe50=e815 fe54-fe58=e819 fe5a-fe60=e81f fe62-fe65=e827 fe68-fe6b=e82d fe6e-fe75=e833 fe77-fe7d=e83c fe80-fe8f=e844
fe92-fe9f=e856; IBM01140 a=15 | 15=a; IBM01141 a=15 a4= af=bc 203e= 20ac=9f | 15=a 9f=20ac bc=af; IBM01142 a=15 23=4a
24=67 40=80 5b=9e 5d=9f 7b=9c 7d=47 7e=dc a4= a6=70 c5=5b c6=7b d8=7c e5=d0 e6=c0 f8=6a fc=a1 20ac=5a | 15=a 47=7d
4a=23 5a=20ac 5b=c5 67=24 6a=f8 70=a6 7b=c6 7c=d8 80=40 9c=7b 9e=5b 9f=5d a1=fc c0=e6 d0=e5 dc=7e; IBM01143 a=15 23=63
24=67 40=ec 5b=b5 5c=71 5d=9f 60=51 7d=47 7e=dc a4= a7=4a af=bc c4=7b c5=5b c9=e0 d6=7c dc=fc df=59 e5=d0 e9=79 fc=a1
203e= 20ac=5a | 15=a 47=7d 4a=a7 51=60 59=df 5a=20ac 5b=c5 63=23 67=24 71=5c 79=e9 7b=c4 7c=d6 9f=5d a1=fc b5=5b bc=af
d0=e5 dc=7e e0=c9 ec=40 fc=dc; IBM01144 a=15 23=b1 40=b5 5b=90 5c=48 5d=51 60=dd 7b=44 7d=54 7e=58 a3=7b a4= a6=cd
a7=7c b0=4a e0=c0 e7=e0 e8=d0 e9=5a ec=a1 f2=6a f9=79 20ac=9f | 15=a 44=7b 48=5c 4a=b0 51=5d 54=7d 58=7e 5a=e9 6a=f2
79=f9 7b=a3 7c=a7 90=5b 9f=20ac a1=ec b1=23 b5=40 c0=e0 cd=a6 d0=e8 dd=60 e0=e7; IBM01145 a=15 21=bb 23=69 5b=4a 5d=5a
5e=ba 7e=bd a2=b0 a6=49 a8=a1 d1=7b f1=6a | 15=a 49=a6 4a=5b 5a=5d 69=23 6a=f1 7b=d1 a1=a8 b0=a2 ba=5e bb=21 bd=7e;
IBM01146 a=15 24=4a 5b=b1 5e=ba 7e=bc a2=b0 a3=5b af=a1 | 15=a 4a=24 5b=a3 a1=af b0=a2 b1=5b ba=5e bc=7e; IBM01147
a=15 23=b1 40=44 5b=90 5c=48 5d=b5 60=a0 7b=51 7d=54 7e=bd a3=7b a4= a6=dd a7=5a a8=a1 b0=4a b5=79 e0=7c e7=e0 e8=d0
e9=c0 f9=6a 20ac=9f | 15=a 44=40 48=5c 4a=b0 51=7b 54=7d 5a=a7 6a=f9 79=b5 7b=a3 7c=e0 90=5b 9f=20ac a0=60 a1=a8 b1=23
b5=5d bd=7e c0=e9 d0=e8 dd=a6 e0=e7; IBM01148 a=15 a4= 20ac=9f | 15=a 9f=20ac; IBM01149 a=15 40=ac 5b=ae 5c=be 5d=9e
5e=ec 60=8c 7b=8e 7d=9c 7e=cc a4= b4=e0 c6=5a d0=7c d6=5f de=4a e6=d0 f0=79 f6=a1 fe=c0 20ac=9f | 15=a 4a=de 5a=c6
5f=d6 79=f0 7c=d0 8c=60 8e=7b 9c=7d 9e=5d 9f=20ac a1=f6 ac=40 ae=5b be=5c c0=fe cc=7e d0=e6 e0=b4 ec=5e; IBM037 a=15 |
15=a; IBM1026 a=15 | 15=a; IBM1047 a=15 5b=ad 5d=bd 5e=5f 85=25 a8=bb ac=b0 dd=ba | 15=a 25=85 5f=5e ad=5b b0=ac ba=dd
bb=a8 bd=5d; IBM273 a=15 af=bc 203e= | 15=a bc=af; IBM277 a=15 23=4a 24=67 40=80 5b=9e 5d=9f 7b=9c 7d=47 7e=dc a4=5a
a6=70 c5=5b c6=7b d8=7c e5=d0 e6=c0 f8=6a fc=a1 | 15=a 47=7d 4a=23 5a=a4 5b=c5 67=24 6a=f8 70=a6 7b=c6 7c=d8 80=40
9c=7b 9e=5b 9f=5d a1=fc c0=e6 d0=e5 dc=7e; IBM278 a=15 23=63 24=67 40=ec 5b=b5 5c=71 5d=9f 60=51 7d=47 7e=dc a4=5a
a7=4a af=bc c4=7b c5=5b c9=e0 d6=7c dc=fc df=59 e5=d0 e9=79 fc=a1 203e= | 15=a 47=7d 4a=a7 51=60 59=df 5a=a4 5b=c5
63=23 67=24 71=5c 79=e9 7b=c4 7c=d6 9f=5d a1=fc b5=5b bc=af d0=e5 dc=7e e0=c9 ec=40 fc=dc; IBM280 a=15 23=b1 40=b5
5b=90 5c=48 5d=51 60=dd 7b=44 7d=54 7e=58 a3=7b a6=cd a7=7c b0=4a e0=c0 e7=e0 e8=d0 e9=5a ec=a1 f2=6a f9=79 | 15=a
44=7b 48=5c 4a=b0 51=5d 54=7d 58=7e 5a=e9 6a=f2 79=f9 7b=a3 7c=a7 90=5b a1=ec b1=23 b5=40 c0=e0 cd=a6 d0=e8 dd=60
e0=e7; IBM284 a=15 21=bb 23=69 5e=ba 7c=4f 7e=bd a6=49 a8=a1 ac=5f d1=7b f1=6a | 15=a 49=a6 4f=7c 5f=ac 69=23 6a=f1
7b=d1 a1=a8 ba=5e bb=21 bd=7e; IBM285 a=15 24=4a 5b=b1 5e=ba 7e=bc a2=b0 a3=5b af=a1 | 15=a 4a=24 5b=a3 a1=af b0=a2
b1=5b ba=5e bc=7e; IBM297 a=15 23=b1 40=44 5b=90 5c=48 5d=b5 60=a0 7b=51 7d=54 7e=bd a3=7b a6=dd a7=5a a8=a1 b0=4a
b5=79 e0=7c e7=e0 e8=d0 e9=c0 f9=6a | 15=a 44=40 48=5c 4a=b0 51=7b 54=7d 5a=a7 6a=f9 79=b5 7b=a3 7c=e0 90=5b a0=60
a1=a8 b1=23 b5=5d bd=7e c0=e9 d0=e8 dd=a6 e0=e7; IBM424 a=15 af= b7= 2022=b3 203e=bc | 15=a b3=2022 bc=203e; IBM500
a=15 | 15=a; IBM871 a=15 40=ac 5b=ae 5c=be 5d=9e 5e=ec 60=8c 7b=8e 7d=9c 7e=cc b4=e0 c6=5a d0=7c d6=5f de=4a e6=d0
f0=79 f6=a1 fe=c0 | 15=a 4a=de 5a=c6 5f=d6 79=f0 7c=d0 8c=60 8e=7b 9c=7d 9e=5d a1=f6 ac=40 ae=5b be=5c c0=fe cc=7e
d0=e6 e0=b4 ec=5e; Shift_JIS 2014=815c 2015= | 815c=2014; TIS-620 80-9f= a0=a0 | 80-9f= a0=a0;
windows-31j 80= 2016= 2212= 301c=
fa40-fc4b=*
a5=5c ab=81e1 af=8150 b5=83ca b7=8145 b8=8143 bb=81e2 203e=7e 3094=8394 f8f0-f8f3= 2116=8782 2121=8784 2160=8754
2161=8755 2162=8756 2163=8757 2164=8758 2165=8759 2166=875a 2167=875b 2168=875c 2169=875d 2235=81e6 3231=878a
ffe2=81ca | 80= a0= fd-ff=; x-IBM1006 f8fb=b2 fb84= fb88=c7 fb8e=e3 fbfc-fbfe=f9 fe8e=b1 fec1= fec3=d5 fec5= fec7=d6
fed9= fef1-fef3= | b2=f8fb c7=fb88 d5=fec3 d6=fec7 e3=fb8e f9-fb=fbfc; x-IBM1124 403= 453= 490=a3 491=f3 | a3=490
f3=491; x-IBM856 af= b7= 2022=fa 203e=ee | ee=203e fa=2022; x-IBM874 a0=ff a2=fc a6=fe ac=fd 2013-2014= 2018-2019=
201c-201d= 2022= 2026= | 85= 91-97= a0=e48 db-de=e49 fc=a2 fd=ac fe=a6 ff=a0; x-IBM875 a=15 1a=3f | 15=a dc= e1=
ec-ed= fc-fd=; x-IBM922 af= d0= de= f0= fe= 160=d0 161=f0 17d=de 17e=fe 203e=af | af=203e d0=160 de=17d f0=161 fe=17e;
x-Johab | 8441-8443= 8445= 8448-8449= 8451= 8453= 8455-845d=; x-MacCroatian a4=db 3a9= 20ac= 2126=bd | bd=2126 db=a4;
x-MacCyrillic a2=a2 a4=ff 490-491= 20ac= 2202=b6 | a2=a2 b6=2202 ff=a4; x-MacGreek ad=9c b7= 387=af 20ac= | 9c=ad
af=387 ff=; x-MacIceland a4=db 3a9= 20ac= 2126=bd | bd=2126 db=a4; x-MacRomania a4=db 15e=af 15f=bf 162-163=de
218-21b= 3a9= 20ac= 2126=bd | af=15e bd=2126 bf=15f db=a4 de-df=162; x-MacTurkish 3a9= 2126=bd f8a0= | bd=2126 f5=;
x-MacUkraine a4=ff 20ac= | ff=a4; x-mswin-936 1f9= 20ac=80 2e81= 2e84= 2e88= 2e8b-2e8c= 2e97= 2ea7= 2eaa= 2eae= 2eb3=
2eb6-2eb7= 2ebb= 2eca= 2ff0-2ffb= 303e= 3447= 3473= 359e= 360e= 361a= 3918= 396e= 39cf-39d0= 39df= 3a73= 3b4e= 3c6e=
3ce0= 4056= 415f= 4337= 43ac= 43b1= 43dd= 44d6= 464c= 4661= 4723= 4729= 477c= 478d= 4947= 497a= 497d= 4982-4983=
4985-4986= 499b= 499f= 49b6-49b7= 4c77= 4c9f-4ca3= 4d13-4d19= 4dae= e76c=a2e3 e7c8=a8bf e7e7-e7f3=a989 e815=fe50
e819-e81d=fe54 e81f-e825=fe5a e827-e82a=fe62 e82d-e830=fe68 e833-e83a=fe6e e83c-e842=fe77 e844-e853=fe80
e856-e863=fe92 | 80=20ac a2e3=e76c a8bf=e7c8 a989-a995=e7e7 fe50=e815 fe54-fe58=e819 fe5a-fe60=e81f fe62-fe65=e827
fe68-fe6b=e82d fe6e-fe75=e833 fe77-fe7d=e83c fe80-fe8f=e844 fe92-fe9f=e856; x-SJIS_0213 5c=5c 7e=7e a5= 2014=815c
2015= 203e= 2985-2986= ff3c=815f ff5e=81b0 ff5f-ff60=81d4 | 5c=5c 7e=7e 815c=2014 815f=ff3c 81b0=ff5e 81d4-81d5=ff5f;
x-windows-949 e000-e05d=c9a1 e05e-e0bb=fea1 | c9a1-c9fe=e000 fea1-fefe=e05e; x-windows-950 a2-a3= a5= 401= 414-41c=
423-44f= 451= 2022= 203e= 223c= 2460-2469= 2474-247d= 2550=f9f9 255e=f9e9 2561=f9eb 256a=f9ea 2609= 2641= 3005=
3041-3093= 309d-309e= 30a1-30f6= 30fe= e000-e03e=fa40 e03f-e09c=faa1 e09d-e0db=fb40 e0dc-e139=fba1 e13a-e178=fc40
e179-e1d6=fca1 e1d7-e215=fd40 e216-e273=fda1 e274-e2b2=fe40 e2b3-e310=fea1 e311-e34f=8e40 e350-e3ad=8ea1
e3ae-e3ec=8f40 e3ed-e44a=8fa1 e44b-e489=9040 e48a-e4e7=90a1 e4e8-e526=9140 e527-e584=91a1 e585-e5c3=9240
e5c4-e621=92a1 e622-e660=9340 e661-e6be=93a1 e6bf-e6fd=9440 e6fe-e75b=94a1 e75c-e79a=9540 e79b-e7f8=95a1
e7f9-e837=9640 e838-e895=96a1 e896-e8d4=9740 e8d5-e932=97a1 e933-e971=9840 e972-e9cf=98a1 e9d0-ea0e=9940
ea0f-ea6c=99a1 ea6d-eaab=9a40 eaac-eb09=9aa1 eb0a-eb48=9b40 eb49-eba6=9ba1 eba7-ebe5=9c40 ebe6-ec43=9ca1
ec44-ec82=9d40 ec83-ece0=9da1 ece1-ed1f=9e40 ed20-ed7d=9ea1 ed7e-edbc=9f40 edbd-ee1a=9fa1 ee1b-ee59=a040
ee5a-eeb7=a0a1 eeb8-eef6=8140 eef7-ef54=81a1 ef55-ef93=8240 ef94-eff1=82a1 eff2-f030=8340 f031-f08e=83a1
f08f-f0cd=8440 f0ce-f12b=84a1 f12c-f16a=8540 f16b-f1c8=85a1 f1c9-f207=8640 f208-f265=86a1 f266-f2a4=8740
f2a5-f302=87a1 f303-f341=8840 f342-f39f=88a1 f3a0-f3de=8940 f3df-f43c=89a1 f43d-f47b=8a40 f47c-f4d9=8aa1
f4da-f518=8b40 f519-f576=8ba1 f577-f5b5=8c40 f5b6-f613=8ca1 f614-f652=8d40 f653-f6b0=8da1 f6b1-f70e=c6a1
f70f-f74d=c740 f74e-f7ab=c7a1 f7ac-f7ea=c840 f7eb-f848=c8a1 ff64= | 8140-817e=eeb8 81a1-81fe=eef7 8240-827e=ef55
82a1-82fe=ef94 8340-837e=eff2 83a1-83fe=f031 8440-847e=f08f 84a1-84fe=f0ce 8540-857e=f12c 85a1-85fe=f16b
8640-867e=f1c9 86a1-86fe=f208 8740-877e=f266 87a1-87fe=f2a5 8840-887e=f303 88a1-88fe=f342 8940-897e=f3a0
89a1-89fe=f3df 8a40-8a7e=f43d 8aa1-8afe=f47c 8b40-8b7e=f4da 8ba1-8bfe=f519 8c40-8c7e=f577 8ca1-8cfe=f5b6
8d40-8d7e=f614 8da1-8dfe=f653 8e40-8e7e=e311 8ea1-8efe=e350 8f40-8f7e=e3ae 8fa1-8ffe=e3ed 9040-907e=e44b
90a1-90fe=e48a 9140-917e=e4e8 91a1-91fe=e527 9240-927e=e585 92a1-92fe=e5c4 9340-937e=e622 93a1-93fe=e661
9440-947e=e6bf 94a1-94fe=e6fe 9540-957e=e75c 95a1-95fe=e79b 9640-967e=e7f9 96a1-96fe=e838 9740-977e=e896
97a1-97fe=e8d5 9840-987e=e933 98a1-98fe=e972 9940-997e=e9d0 99a1-99fe=ea0f 9a40-9a7e=ea6d 9aa1-9afe=eaac
9b40-9b7e=eb0a 9ba1-9bfe=eb49 9c40-9c7e=eba7 9ca1-9cfe=ebe6 9d40-9d7e=ec44 9da1-9dfe=ec83 9e40-9e7e=ece1
9ea1-9efe=ed20 9f40-9f7e=ed7e 9fa1-9ffe=edbd a040-a07e=ee1b a0a1-a0fe=ee5a c6a1-c6fe=f6b1 c740-c77e=f70f
c7a1-c7fe=f74e c840-c87e=f7ac c8a1-c8fe=f7eb fa40-fa7e=e000 faa1-fafe=e03f fb40-fb7e=e09d fba1-fbfe=e0dc
fc40-fc7e=e13a fca1-fcfe=e179 fd40-fd7e=e1d7 fda1-fdfe=e216 fe40-fe7e=e274 fea1-fefe=e2b3
"""
"""Of each: how characters are written | how bytes are read; all in hexadecimal. A range goes up on both sides, nothing
behind the sign is what there is not, and `=*` says that characters are written as the bytes that are read so."""
