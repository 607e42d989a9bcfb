using System.Numerics;

namespace LlmStack.Limits;

/// <summary>
/// The numbers of reservations not yet settled: a bit for each of the last 64, a set for those that stay open longer. Not thread-safe.
/// </summary>
internal struct OpenReservations
{
    private const int Recent = 64;

    private ulong _open;
    private uint _first;
    private uint _next;
    private HashSet<uint>? _older;

    public readonly int Count => BitOperations.PopCount(_open) + (_older?.Count ?? 0);

    /// <summary>Opens one and returns its number.</summary>
    public uint Add()
    {
        uint number = _next++;
        if (_open == 0)
        {
            _first = number;
        }
        else if (number - _first >= Recent)
        {
            MakeRoom(number);
        }

        _open |= 1UL << (int)(number - _first);
        return number;
    }

    /// <summary>Closes one; false when it is not open.</summary>
    public bool Remove(uint number)
    {
        uint position = number - _first;
        if (position >= Recent)
        {
            return _older is not null && _older.Remove(number);
        }

        ulong bit = 1UL << (int)position;
        bool open = (_open & bit) != 0;
        _open &= ~bit;
        return open;
    }

    private void MakeRoom(uint number)
    {
        while (_open != 0 && number - _first >= Recent)
        {
            int settled = BitOperations.TrailingZeroCount(_open);
            if (settled == 0)
            {
                (_older ??= []).Add(_first);
                settled = 1;
            }

            _open >>= settled;
            _first += (uint)settled;
        }

        if (_open == 0)
        {
            _first = number;
        }
    }
}
