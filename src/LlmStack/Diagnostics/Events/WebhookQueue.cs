using System.Runtime.InteropServices;

namespace LlmStack.Diagnostics.Events;

/// <summary>What waits to be sent. Events of one kind and subject are one for a while; the last of those left out is told when it is over.</summary>
internal sealed class WebhookQueue(int capacity, TimeSpan repeat, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Queue<WebhookItem> _waiting = new();
    private readonly Dictionary<(LlmEventKind Kind, string Subject), Told> _told = [];

    /// <summary>False when there is no room.</summary>
    public bool TryAdd(LlmEvent told)
    {
        lock (_gate)
        {
            if (repeat > TimeSpan.Zero)
            {
                if (_told.Count >= capacity)
                {
                    Forget();
                }

                ref Told last = ref CollectionsMarshal.GetValueRefOrAddDefault(_told, (told.Kind, told.Subject), out bool known);
                if (known)
                {
                    last.Repeated++;
                    last.Latest = told;
                    return true;
                }

                last.Since = time.GetTimestamp();
            }

            if (_waiting.Count >= capacity)
            {
                _told.Remove((told.Kind, told.Subject));
                return false;
            }

            _waiting.Enqueue(new WebhookItem(told, 0));
            return true;
        }
    }

    /// <summary>Takes what is to be sent now, and says whether something will be later.</summary>
    public List<WebhookItem> Take(bool everything, out bool more)
    {
        var items = new List<WebhookItem>();
        lock (_gate)
        {
            while (_waiting.TryDequeue(out WebhookItem item))
            {
                items.Add(item);
            }

            long now = time.GetTimestamp();
            foreach ((LlmEventKind, string) key in new List<(LlmEventKind, string)>(_told.Keys))
            {
                ref Told last = ref CollectionsMarshal.GetValueRefOrNullRef(_told, key);
                if (!everything && time.GetElapsedTime(last.Since, now) < repeat)
                {
                    continue;
                }

                if (last.Latest is not { } latest)
                {
                    _told.Remove(key);
                    continue;
                }

                items.Add(new WebhookItem(latest, last.Repeated - 1));
                last = new Told { Since = now };
            }

            more = _told.Count > 0;
        }

        return items;
    }

    /// <summary>Room for new subjects: those that nothing waits for go.</summary>
    private void Forget()
    {
        foreach ((LlmEventKind, string) key in new List<(LlmEventKind, string)>(_told.Keys))
        {
            if (_told[key].Latest is null)
            {
                _told.Remove(key);
            }
        }
    }

    private struct Told
    {
        public long Since;
        public int Repeated;
        public LlmEvent? Latest;
    }
}
