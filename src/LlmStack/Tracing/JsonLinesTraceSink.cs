using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Threading.Channels;

namespace LlmStack.Tracing;

/// <summary>
/// Appends every span and score to a file, one JSON object a line, from a background loop over a bounded queue. What does not fit
/// into the queue, or cannot be written, is dropped and counted.
/// </summary>
/// <remarks>
/// The file holds prompts and answers unless <see cref="TracingOptions.CaptureContent"/> is off, and the files in them where another sink
/// uploads those apart. <see cref="JsonLinesReplay"/> sends it again.
/// </remarks>
public sealed class JsonLinesTraceSink : ITraceSink, IDisposable, IAsyncDisposable
{
    private const long MaxQueuedBytes = 64 * 1024 * 1024;
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(5);
    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly Channel<Item> _queue;
    private readonly Lock _startLock = new();
    private Task? _loop;
    private ExitDrain? _exit;
    private bool _disposed;
    private string? _lastError;
    private long _queuedBytes;
    private long _accepted;
    private long _written;
    private long _failed;
    private long _refused;

    /// <summary>Makes a sink; the file is opened by the first span.</summary>
    /// <param name="path">The file; made when it is not there, appended to when it is.</param>
    /// <param name="capacity">Lines waiting to be written, at most; 1 or more. Default 10,000; 64 MiB in any case.</param>
    /// <param name="timeProvider">The clock of timeouts; null for the system's.</param>
    public JsonLinesTraceSink(string path, int capacity = 10_000, TimeProvider? timeProvider = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _path = path;
        _time = timeProvider ?? TimeProvider.System;
        _queue = Channel.CreateBounded<Item>(new BoundedChannelOptions(capacity) { SingleReader = true });
    }

    /// <summary>Spans and scores that were not written: the queue was full, the sink disposed, or the file refused them.</summary>
    public long Dropped => Interlocked.Read(ref _refused) + Interlocked.Read(ref _failed);

    /// <summary>Where the file is.</summary>
    internal string FullPath => Path.GetFullPath(_path);

    /// <summary>Regions whose content may be written, as calls name them; <c>*</c> for every region. Default none.</summary>
    public IReadOnlyList<string> Regions { get; init; } = [];

    /// <inheritdoc/>
    public bool AcceptsContentFrom(string region) => SinkRegions.Contains(Regions, region);

    /// <inheritdoc/>
    public void Emit(in SpanData span)
    {
        ContentBuffer line = ContentBufferPool.Rent(int.MaxValue);
        using (var writer = new Utf8JsonWriter(line, JsonLinesFormat.WriterOptions))
        {
            JsonLinesFormat.Write(writer, span);
        }

        Enqueue(line);
    }

    /// <inheritdoc/>
    public void Emit(in ScoreData score)
    {
        ContentBuffer line = ContentBufferPool.Rent(int.MaxValue);
        using (var writer = new Utf8JsonWriter(line, JsonLinesFormat.WriterOptions))
        {
            JsonLinesFormat.Write(writer, score);
        }

        Enqueue(line);
    }

    /// <inheritdoc/>
    public async ValueTask<FlushResult> FlushAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        if (Volatile.Read(ref _loop) is not { } loop)
        {
            return Result(null);
        }

        // The marker follows every line emitted before this call.
        var marker = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            Task passed = PassAsync(new Item(null, marker), loop, cancellationToken);
            await passed.WaitAsync(timeout, _time, cancellationToken).ConfigureAwait(false);
            return Result(null);
        }
        catch (TimeoutException)
        {
            return Result($"{_path} was not written within {timeout}");
        }
        catch (OperationCanceledException)
        {
            return Result($"the flush of {_path} was cancelled");
        }
    }

    /// <summary>Writes what is queued, for at most 5 seconds, and closes the file.</summary>
    [SuppressMessage("Design", "MA0045:Do not use blocking calls in a sync method", Justification = "IDisposable is the only way for containers that are disposed synchronously.")]
    public void Dispose()
    {
        if (Complete() is { } loop)
        {
            loop.Wait(ShutdownTimeout);
        }
    }

    /// <inheritdoc cref="Dispose"/>
    public async ValueTask DisposeAsync()
    {
        if (Complete() is { } loop)
        {
            await loop.WaitAsync(ShutdownTimeout, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task PassAsync(Item marker, Task loop, CancellationToken cancellationToken)
    {
        try
        {
            await _queue.Writer.WriteAsync(marker, cancellationToken).ConfigureAwait(false);
            await marker.Flushed!.Task.ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            await loop.ConfigureAwait(false);
        }
    }

    private Task? Complete()
    {
        lock (_startLock)
        {
            _exit?.Dispose();
            _disposed = true;
            _queue.Writer.TryComplete();
            return _loop;
        }
    }

    private void Enqueue(ContentBuffer line)
    {
        line.Write("\n"u8);
        long bytes = line.Total;
        long queued = Interlocked.Add(ref _queuedBytes, bytes);
        Interlocked.Increment(ref _accepted);
        if (EnsureLoop() && queued <= MaxQueuedBytes && _queue.Writer.TryWrite(new Item(line, null)))
        {
            return;
        }

        Interlocked.Decrement(ref _accepted);
        Interlocked.Increment(ref _refused);
        Interlocked.Add(ref _queuedBytes, -bytes);
        ContentBufferPool.Return(line);
    }

    private bool EnsureLoop()
    {
        if (Volatile.Read(ref _loop) is not null)
        {
            return !Volatile.Read(ref _disposed);
        }

        lock (_startLock)
        {
            if (_disposed)
            {
                return false;
            }

            if (_loop is null)
            {
                // Without this the loop would keep the first caller's trace and labels for ever.
                using AsyncFlowControl suppressed = ExecutionContext.SuppressFlow();
                Volatile.Write(ref _loop, Task.Run(RunAsync));
                _exit = new ExitDrain(() => FlushAsync(ShutdownTimeout).AsTask().Wait(ShutdownTimeout), Dispose);
            }

            return true;
        }
    }

    private async Task RunAsync()
    {
        FileStream? file = null;
        await foreach (Item item in _queue.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                if (item.Line is { } line)
                {
                    file ??= Open();
                    await file.WriteAsync(line.WrittenMemory).ConfigureAwait(false);
                    Interlocked.Increment(ref _written);
                }

                if (item.Flushed is not null || _queue.Reader.Count == 0)
                {
                    await (file?.FlushAsync() ?? Task.CompletedTask).ConfigureAwait(false);
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                Volatile.Write(ref _lastError, exception.Message);
                Interlocked.Add(ref _failed, item.Line is null ? 0 : 1);
            }
            finally
            {
                if (item.Line is { } line)
                {
                    Interlocked.Add(ref _queuedBytes, -line.Total);
                    ContentBufferPool.Return(line);
                }

                item.Flushed?.TrySetResult();
            }
        }

        if (file is not null)
        {
            await file.DisposeAsync().ConfigureAwait(false);
        }
    }

    // No buffer of the stream's own: a line that counts as written must not wait in memory for a later failure.
    private FileStream Open() => new(_path, new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite, Options = FileOptions.Asynchronous, BufferSize = 0 });

    private FlushResult Result(string? problem)
    {
        long settled = Interlocked.Read(ref _written) + Interlocked.Read(ref _failed);
        long pending = Math.Max(0, Interlocked.Read(ref _accepted) - settled);
        string? error = Volatile.Read(ref _lastError) is { } failure ? $"{_path}: {failure}" : null;
        error ??= Interlocked.Read(ref _refused) > 0 ? $"{_path}: the queue was full or the sink disposed" : null;
        return new FlushResult(Interlocked.Read(ref _written), Dropped, pending, problem is null ? error : error is null ? problem : $"{problem}; {error}");
    }

    private readonly record struct Item(ContentBuffer? Line, TaskCompletionSource? Flushed);
}
