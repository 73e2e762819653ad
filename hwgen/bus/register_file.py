"""The decoder of a register map: keeps what software writes, and shows what hardware says."""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Module, Mux, Shape, Signal, Value, signed, unsigned
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from hwgen.bus.axi_lite import answer_layout, request_layout
from hwgen.bus.register_map import (
    WORD_BITS,
    WORD_BYTES,
    Access,
    Register,
    RegisterField,
    RegisterMap,
)

__all__ = ["RegisterFile", "member_name"]


def member_name(register: str, field: str) -> str:
    """Name of a field among the members of a register file."""
    return f"{register.lower()}_{field}"


class RegisterFile(wiring.Component):
    """Answers requests for the registers of a map.

    Refused, without any effect, are: addresses without a register, reads of what can only be
    written, writes of what can only be read, and values with a bit that the register does not have.

    Parameters
    ----------
    registers
        The map.
    loadable
        Fields that hardware may set, too, as pairs of register and field.

    Members
    -------
    requests : In(stream), answers : Out(stream)
        From an AxiLiteSlave.
    REGISTER_FIELD
        Of a read-write register, Out: the value. Of a read-only one, In: the value; an array where
        there are several. Of one that is cleared, In: sets the bit. Of a write-only one, Out: what
        was written, for one clock, and 0 else.
    REGISTER_FIELD_load : In(1), REGISTER_FIELD_next : In
        Of each loadable field: sets it.
    passed : Out(stream), passed_answers : In(stream)
        Accesses of the register that is passed on (`write`, `data`), and what they are answered;
        only where there is such a register.

    Timing
    ------
    An answer comes three clocks after its request, later where it is passed on.
    """

    def __init__(self, registers: RegisterMap, loadable: frozenset[tuple[str, str]] = frozenset()):
        self._map = registers
        self._loadable = loadable
        self._passed = registers.passed
        members = {
            "requests": In(stream.Signature(request_layout(registers.address_bits))),
            "answers": Out(stream.Signature(answer_layout())),
        }
        if self._passed is not None:
            shape = _shape(self._passed.fields[0])
            access = data.StructLayout({"write": 1, "data": shape})
            members["passed"] = Out(stream.Signature(access))
            answer = data.StructLayout({"data": shape, "error": 1})
            members["passed_answers"] = In(stream.Signature(answer))
        for register in registers.registers:
            if register.passed:
                continue
            for field in register.fields:
                name, shape = member_name(register.name, field.name), _shape(field)
                inward = register.access in (Access.READ_ONLY, Access.CLEAR)
                if register.several:
                    members[name] = In(data.ArrayLayout(shape, register.count))
                else:
                    members[name] = In(shape) if inward else Out(shape)
                if (register.name, field.name) in loadable:
                    members |= {f"{name}_load": In(1), f"{name}_next": In(shape)}
        super().__init__(members)
        self._bits = {
            name: Signal(_shape(field), name=f"{name}_bit")
            for register in registers.registers
            if register.access is Access.CLEAR
            for field in register.fields
            for name in (member_name(register.name, field.name),)
        }

    def elaborate(self, platform: object) -> Module:
        m = Module()
        request = Signal(self.requests.payload.shape())
        word, error, passing, write = Signal(WORD_BITS), Signal(), Signal(), Signal()
        writable = [
            register
            for register in self._map.registers
            if register.access.writable and not register.passed
        ]
        chosen = {
            register.name: Signal(name=f"{register.name.lower()}_chosen") for register in writable
        }
        m.d.comb += [self.answers.payload.data.eq(word), self.answers.payload.error.eq(error)]
        with m.FSM():
            with m.State("IDLE"):
                m.d.comb += self.requests.ready.eq(1)
                m.d.sync += request.eq(self.requests.payload)
                with m.If(self.requests.valid):
                    m.next = "DECODE"
            with m.State("DECODE"):
                m.d.sync += [error.eq(1), word.eq(0), passing.eq(0)]
                m.d.sync += [each.eq(0) for each in chosen.values()]
                with m.Switch(request.address[(WORD_BYTES - 1).bit_length() :]):
                    for offset, index, register in self._map.places():
                        with m.Case(offset // WORD_BYTES):
                            m.d.sync += error.eq(_refused(register, request))
                            if register.passed:
                                m.d.sync += passing.eq(1)
                            elif register.access.readable:
                                shown = self._word(register, index)
                                m.d.sync += word.eq(Mux(request.write, 0, shown))
                            if register.name in chosen:
                                m.d.sync += chosen[register.name].eq(1)
                m.next = "ACT"
            with m.State("ACT"):
                m.next = "ANSWER"
                with m.If(~error):
                    m.d.comb += write.eq(request.write)
                    if self._passed is not None:
                        with m.If(passing):
                            m.next = "PASS"
            with m.State("ANSWER"):
                m.d.comb += self.answers.valid.eq(1)
                with m.If(self.answers.ready):
                    m.next = "IDLE"
            if self._passed is not None:
                self._pass(m, request, word, error)
        for register in writable:
            self._keep(m, register, write & chosen[register.name], request.data)
        return m

    def _word(self, register: Register, index: int) -> Value:
        """What a register shows."""
        parts: list[Value] = []
        place = 0
        for field in sorted(register.fields, key=lambda field: field.low):
            name = member_name(register.name, field.name)
            shown = self._bits[name] if name in self._bits else getattr(self, name)
            value = shown[index] if register.several else shown
            parts += [Const(0, field.low - place), _extended(value, field)]
            place = field.low + field.bits
        return Cat(parts)

    def _keep(self, m: Module, register: Register, write: Value, word: Value) -> None:
        """What a write does to a register, and what hardware sets."""
        for field in register.fields:
            name = member_name(register.name, field.name)
            member, value = getattr(self, name), word[field.low : field.low + field.width]
            if register.access is Access.WRITE_ONLY:
                m.d.comb += member.eq(Mux(write, value, 0))
            elif register.access is Access.CLEAR:
                kept = self._bits[name]
                m.d.sync += kept.eq(Mux(write, kept & ~value, kept) | member)
            else:
                with m.If(write):
                    m.d.sync += member.eq(value)
                if (register.name, field.name) in self._loadable:
                    with m.If(getattr(self, f"{name}_load")):
                        m.d.sync += member.eq(getattr(self, f"{name}_next"))

    def _pass(self, m: Module, request: data.View, word: Signal, error: Signal) -> None:
        """The states of an access that is passed on."""
        field = self._passed.fields[0]
        with m.State("PASS"):
            m.d.comb += [
                self.passed.valid.eq(1),
                self.passed.payload.write.eq(request.write),
                self.passed.payload.data.eq(request.data[: field.width]),
            ]
            with m.If(self.passed.ready):
                m.next = "PASSED"
        with m.State("PASSED"):
            answer = self.passed_answers
            m.d.comb += answer.ready.eq(1)
            m.d.sync += [
                error.eq(answer.payload.error),
                word.eq(Mux(request.write, 0, _extended(answer.payload.data, field))),
            ]
            with m.If(answer.valid):
                m.next = "ANSWER"


def _shape(field: RegisterField) -> Shape:
    return signed(field.width) if field.signed else unsigned(field.width)


def _extended(value: Value, field: RegisterField) -> Value:
    """A field's number with all of the field's bits."""
    bits = Value.cast(value)
    above = bits[-1] if field.signed else Const(0, 1)
    return Cat(bits, above.replicate(field.bits - field.width))


def _refused(register: Register, request: data.View) -> Value:
    """Whether a register does not take an access: what it is, and what is written."""
    if not register.access.writable:
        return request.write
    unknown = Const(0, 1)
    own = 0
    for field in register.fields:
        own |= field.mask
        above = request.data[field.low + field.width : field.low + field.bits]
        if field.signed:
            sign = request.data[field.low + field.width - 1]
            unknown |= (above ^ sign.replicate(len(above))).any()
        else:
            unknown |= above.any()
    unknown |= Cat(request.data[bit] for bit in range(WORD_BITS) if not own >> bit & 1).any()
    return Mux(request.write, unknown, int(not register.access.readable))
