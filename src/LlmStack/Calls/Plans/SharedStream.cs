using System.Runtime.ExceptionServices;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls.Plans;

/// <summary>
/// One stream that several readers read, each at its own pace. Whoever is first in need of the next update has it fetched for all; what
/// every reader has passed is let go of, except for what later readers still need to begin with.
/// </summary>
internal sealed class SharedStream : IAsyncDisposable
{
    /// <summary>Who joins later is given everything from the beginning, up to this many bytes; after that nobody may join.</summary>
    public const int MostKept = 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ExecutionContext? _context = ExecutionContext.Capture();
    private readonly IAsyncEnumerator<ChatResponseUpdate> _source;
    private readonly Action<SharedStream> _closed;
    private Node _tail = new(null);
    private Task? _pull;
    private Exception? _failure;
    private bool _ended;
    private long _bytes;

    /// <param name="call">Makes the stream; it runs in the ambient context of whoever began it.</param>
    /// <param name="closed">Called once nobody may join any more: it has ended, or has become too long.</param>
    public SharedStream(Func<CancellationToken, IAsyncEnumerable<ChatResponseUpdate>> call, Action<SharedStream> closed)
    {
        _source = call(_stop.Token).GetAsyncEnumerator(CancellationToken.None);
        _closed = closed;
        Head = _tail;
    }

    /// <summary>Before the first update. Only to be asked for while joining is allowed.</summary>
    public Node? Head { get; private set; }

    /// <summary>Guarded by the owner's gate.</summary>
    public int Readers { get; set; }

    /// <summary>The update after <paramref name="at"/>; null at the end.</summary>
    /// <exception cref="OperationCanceledException">This reader cancelled; the stream goes on for the others.</exception>
    public async ValueTask<Node?> NextAsync(Node at, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Task pull;
            lock (_gate)
            {
                if (at.Next is { } next)
                {
                    return next;
                }

                if (_ended)
                {
                    if (_failure is not null)
                    {
                        ExceptionDispatchInfo.Throw(_failure);
                    }

                    return null;
                }

                pull = _pull is { IsCompleted: false } running ? running : _pull = StartPull();
            }

            await pull.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Nobody reads any more: ends the call.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        Task? pull;
        lock (_gate)
        {
            pull = _pull;
        }

        if (pull is not null)
        {
            await pull.ConfigureAwait(false);
        }

        bool ended;
        lock (_gate)
        {
            (ended, _ended) = (_ended, true);
        }

        if (!ended)
        {
            await _source.DisposeAsync().ConfigureAwait(false);
        }

        _stop.Dispose();
    }

    /// <summary>Every step runs in the context of whoever began the call: it is one call, with one trace.</summary>
    private Task StartPull()
    {
        if (_context is null)
        {
            return PullAsync();
        }

        Task? pull = null;
        ExecutionContext.Run(_context, _ => pull = PullAsync(), null);
        return pull!;
    }

    private async Task PullAsync()
    {
        // Not under the lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        bool moved = false;
        Exception? failure = null;
        try
        {
            moved = await _source.MoveNextAsync().ConfigureAwait(false);
        }
        catch (Exception thrown)
        {
            failure = thrown;
        }

        bool closes;
        lock (_gate)
        {
            closes = Head is not null;
            if (moved)
            {
                var node = new Node(_source.Current);
                _tail.Next = node;
                _tail = node;
                closes &= (_bytes += ChatUpdateTraits.ContentSizeOf(_source.Current)) > MostKept;
            }
            else
            {
                (_ended, _failure) = (true, failure);
            }
        }

        if (closes)
        {
            _closed(this);
            Head = null;
        }

        if (!moved)
        {
            await _source.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>An update and what follows it, so that whoever is done with it need not tell anybody.</summary>
    internal sealed class Node(ChatResponseUpdate? update)
    {
        public ChatResponseUpdate Update => update!;

        /// <summary>Guarded by the stream's gate.</summary>
        public Node? Next { get; set; }
    }
}
