using System.Runtime.CompilerServices;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls.Plans;

/// <summary>
/// Single flight of streams: identical calls of one caller that run at the same time read one stream. Who joins gets it from the beginning.
/// The call runs for as long as anybody reads, whoever began it; nothing is kept once it has ended.
/// </summary>
internal sealed class SharedStreams(SnapshotSource snapshots, SharedCalls calls, SharedRoutes routes, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<SharedCallKey, SharedStream> _streams = [];

    /// <summary>Streams under way that others may join.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _streams.Count;
            }
        }
    }

    /// <summary>Whether any group shares calls, so that a stream has to be looked at once it is read.</summary>
    public bool MayShare => snapshots.Current.SharesCalls;

    /// <summary>Joins the stream under way, or makes it.</summary>
    public async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(CallRequest request, Func<CancellationToken, IAsyncEnumerable<ChatResponseUpdate>> call, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (calls.KeyOf(request.Model, request.Messages!, request.Options, request.Routing) is not { } key)
        {
            await foreach (ChatResponseUpdate update in call(cancellationToken).ConfigureAwait(false))
            {
                yield return update;
            }

            yield break;
        }

        cancellationToken.ThrowIfCancellationRequested();
        var copies = new SharedStreamReader(request.Model, routes, time);
        (SharedStream stream, SharedStream.Node at, bool leads) = Join(key, call);
        try
        {
            while (true)
            {
                SharedStream.Node? next;
                try
                {
                    next = await stream.NextAsync(at, cancellationToken).ConfigureAwait(false);
                }
                catch (OperationCanceledException cancelled) when (cancellationToken.IsCancellationRequested)
                {
                    throw new OperationCanceledException("The call was cancelled.", cancelled, cancellationToken);
                }

                if (next is null)
                {
                    break;
                }

                at = next;
                yield return leads ? at.Update : copies.Copy(at.Update);
            }
        }
        finally
        {
            await LeaveAsync(key, stream).ConfigureAwait(false);
        }
    }

    private (SharedStream Stream, SharedStream.Node Head, bool Leads) Join(SharedCallKey key, Func<CancellationToken, IAsyncEnumerable<ChatResponseUpdate>> call)
    {
        lock (_gate)
        {
            bool leads = !_streams.TryGetValue(key, out SharedStream? stream);
            if (leads)
            {
                _streams.Add(key, stream = new SharedStream(call, ended => Remove(key, ended)));
            }

            stream!.Readers++;
            return (stream, stream.Head!, leads);
        }
    }

    private async ValueTask LeaveAsync(SharedCallKey key, SharedStream stream)
    {
        lock (_gate)
        {
            if (--stream.Readers > 0)
            {
                return;
            }

            Remove(key, stream);
        }

        await stream.DisposeAsync().ConfigureAwait(false);
    }

    private void Remove(SharedCallKey key, SharedStream stream)
    {
        lock (_gate)
        {
            if (_streams.TryGetValue(key, out SharedStream? current) && ReferenceEquals(current, stream))
            {
                _streams.Remove(key);
            }
        }
    }
}
