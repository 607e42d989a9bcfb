using System.Numerics;
using System.Runtime.InteropServices;

namespace LlmStack.Limits.Ledger;

/// <summary>A bounded queue of many writers and readers without locks: each slot's turn says whose it is (D. Vyukov's bounded MPMC queue).</summary>
internal sealed class LedgerQueue
{
    private readonly Slot[] _slots;
    private readonly int _mask;
    private Position _head;
    private Position _tail;

    public LedgerQueue(int capacity)
    {
        _slots = new Slot[(int)BitOperations.RoundUpToPowerOf2((uint)capacity)];
        _mask = _slots.Length - 1;
        for (int i = 0; i < _slots.Length; i++)
        {
            _slots[i].Turn = i;
        }
    }

    public int Capacity => _slots.Length;

    /// <summary>How many were added since the beginning; the last ones may still be being written.</summary>
    public long Added => Volatile.Read(ref _tail.Value);

    /// <summary>How many were taken since the beginning.</summary>
    public long Taken => Volatile.Read(ref _head.Value);

    /// <summary>How many wait, about: others add and take meanwhile.</summary>
    public int Count => (int)Math.Max(0, Added - Taken);

    /// <summary>False when the queue is full.</summary>
    public bool TryEnqueue(in LedgerRecord record)
    {
        long tail = Volatile.Read(ref _tail.Value);
        while (true)
        {
            ref Slot slot = ref _slots[tail & _mask];
            long turn = Volatile.Read(ref slot.Turn);
            if (turn == tail)
            {
                long seen = Interlocked.CompareExchange(ref _tail.Value, tail + 1, tail);
                if (seen == tail)
                {
                    slot.Record = record;
                    Volatile.Write(ref slot.Turn, tail + 1);
                    return true;
                }

                tail = seen;
            }
            else if (turn < tail)
            {
                return false;
            }
            else
            {
                tail = Volatile.Read(ref _tail.Value);
            }
        }
    }

    /// <summary>False when the queue is empty, or its next slot is still being written.</summary>
    public bool TryDequeue(out LedgerRecord record)
    {
        long head = Volatile.Read(ref _head.Value);
        while (true)
        {
            ref Slot slot = ref _slots[head & _mask];
            long turn = Volatile.Read(ref slot.Turn);
            if (turn == head + 1)
            {
                long seen = Interlocked.CompareExchange(ref _head.Value, head + 1, head);
                if (seen == head)
                {
                    record = slot.Record;

                    // Nothing of a call is kept alive by a slot that waits for its next use.
                    slot.Record = default;
                    Volatile.Write(ref slot.Turn, head + _slots.Length);
                    return true;
                }

                head = seen;
            }
            else if (turn < head + 1)
            {
                record = default;
                return false;
            }
            else
            {
                head = Volatile.Read(ref _head.Value);
            }
        }
    }

    private struct Slot
    {
        public long Turn;
        public LedgerRecord Record;
    }

    /// <summary>Alone on its cache lines, so that writers and the reader do not slow each other down.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Position
    {
        [FieldOffset(128)]
        public long Value;
    }
}
