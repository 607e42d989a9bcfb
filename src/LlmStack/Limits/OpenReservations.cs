namespace LlmStack.Limits;

/// <summary>Reservations not yet settled. A token names a slot and the slot's use, so an old token finds nothing. Not thread-safe.</summary>
internal sealed class OpenReservations
{
    private const int SlotBits = 24;
    private const long SlotMask = (1L << SlotBits) - 1;

    private Slot[] _slots = [];
    private int _used;
    private int _free = -1;
    private long _uses;

    public int Count { get; private set; }

    /// <summary>Returns a token, never 0.</summary>
    public long Add(long granule, long tokens)
    {
        int index = _free;
        if (index >= 0)
        {
            _free = _slots[index].NextFree;
        }
        else
        {
            if (_used == _slots.Length)
            {
                Array.Resize(ref _slots, Math.Max(8, _slots.Length * 2));
            }
            index = _used++;
        }
        long token = (++_uses << SlotBits) | (uint)index;
        _slots[index] = new Slot { Token = token, Granule = granule, Tokens = tokens };
        Count++;
        return token;
    }

    public bool Remove(long token, out long granule, out long tokens)
    {
        int index = (int)(token & SlotMask);
        if (token <= 0 || index >= _used || _slots[index].Token != token)
        {
            granule = 0;
            tokens = 0;
            return false;
        }
        ref Slot slot = ref _slots[index];
        granule = slot.Granule;
        tokens = slot.Tokens;
        slot.Token = 0;
        slot.NextFree = _free;
        _free = index;
        Count--;
        return true;
    }

    private struct Slot
    {
        public long Token;
        public long Granule;
        public long Tokens;
        public int NextFree;
    }
}
