"""Documents that need no more memory for ten thousand pages than for one.

reportlab keeps the operators of all pages until the file is saved. Here a page goes to the file,
packed, as soon as it is finished; only its place in the file is remembered.
"""

from typing import Any, BinaryIO, Final

from reportlab import rl_config
from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas

# Streams as they are, not as ASCII text, which is a quarter longer and made letter by letter in
# Python; that took a third of the time of a sheet of cards.
rl_config.useA85 = 0
_VERSION: Final = (1, 4)
"""The first with transparency. It stands at the file's head, written before anything is drawn."""


class StreamedCanvas(Canvas):  # type: ignore[misc]  # reportlab publishes no types
    """A canvas whose finished pages are in `file` already.

    A form or picture must be defined before the first page that shows it is finished.
    """

    def __init__(self, file: BinaryIO, size: tuple[float, float]) -> None:
        """Begin a document of pages of `size` points at the start of `file`."""
        super().__init__(file, pagesize=size, invariant=1, pageCompression=1)
        self._doc = _StreamedPdf(file)
        self._make_preamble()  # it names a font of the document

    @property
    def blank(self) -> bool:
        """Whether nothing was drawn yet, on this page or an earlier one."""
        return not self._code and not self._doc.Pages.pages


class _File(pdfdoc.PDFFile):  # type: ignore[misc]  # as above
    """Counts what it writes, since a PDF ends with the places of its objects."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(_VERSION)
        self.write = file.write
        self.write(self.strings.pop())


class _StreamedPdf(pdfdoc.PDFDocument):  # type: ignore[misc]  # as above
    """Objects that were written, and those that wait for the end: forms, pictures, fonts."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(compression=1, invariant=1, pdfVersion=_VERSION)
        self._file = _File(file)

    def addPage(self, page: Any) -> None:  # noqa: N802 - reportlab's name
        """Write a finished page and its operators, and forget both."""
        reference = self.Reference(page, self.thisPageName())
        self.Pages.addPage(reference)
        self.pageCounter += 1
        self.inObject = None
        self._write(reference.name)
        self._write(self.Reference(page.Contents).name)

    def format(self) -> bytes:
        """Write what waits, and the table of all places; nothing is left to be written after."""
        self.Reference(self.Catalog)
        self.Reference(self.info)
        number = 1
        while number in self.numberToId:  # writing one may bring others
            self._write(self.numberToId[number])
            number += 1
        table = pdfdoc.PDFCrossReferenceTable()
        table.addsection(0, [self.numberToId[one] for one in range(1, number)])
        trailer = pdfdoc.PDFTrailer(
            startxref=self._file.add(table.format(self)),
            Size=number,
            Root=self.Reference(self.Catalog),
            Info=self.Reference(self.info),
            ID=self.ID(),
        )
        self._file.add(trailer.format(self))
        return b""

    def _write(self, name: str) -> None:
        if name in self.idToOffset:
            return
        written = pdfdoc.PDFIndirectObject(name, self.idToObject[name]).format(self)
        self.idToOffset[name] = self._file.add(written)
        self.idToObject[name] = None
