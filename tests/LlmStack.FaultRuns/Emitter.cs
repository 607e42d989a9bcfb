using System.Buffers.Binary;
using System.Diagnostics;
using System.Text.Json;
using LlmStack.Langfuse;
using LlmStack.Tracing;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.FaultRuns;

/// <summary>The process that emits spans and may be killed at any time.</summary>
internal static class Emitter
{
    /// <summary>Spans of this name are found invalid by the receiver, whenever it sees them.</summary>
    public const string BadName = "bad";

    /// <summary>Set in the noted id of a span that went past the spool, because no segment was ready: it waits in memory, and dies with the process.</summary>
    public const ulong PastSpool = 1UL << 63;

    public static async Task<int> RunAsync(EmitterOptions options)
    {
        LlmStackInstance stack = LlmClientFactory.Create(llm => llm.AddLangfuse(langfuse => Configure(langfuse, options)));
        LangfuseTraceSink sink = stack.Services.GetRequiredService<LangfuseTraceSink>();
        Stream witness = options.Witness ? Console.OpenStandardOutput() : Stream.Null;
        var watch = Stopwatch.StartNew();
        var threads = new Thread[options.Threads];
        var longest = new TimeSpan[options.Threads];
        for (int i = 0; i < threads.Length; i++)
        {
            int index = i;
            threads[i] = new Thread(() => longest[index] = Emit(sink, options, index, witness, watch));
            threads[i].Start();
        }

        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        double emitted = watch.Elapsed.TotalSeconds;
        FlushResult flush = await sink.FlushAsync(TimeSpan.FromSeconds(options.FlushSeconds));
        SinkCounters counters = sink.SpanCounters;
        await DrainAsync(sink, options, watch);
        long heap = GC.GetTotalMemory(forceFullCollection: true);

        // What is left after the last wait is dropped at the end, or kept in the spool.
        await stack.DisposeAsync();
        var result = new EmitterResult(
            counters.Emitted, counters.Accepted, counters.TurnedAway, counters.Delivered, counters.Dropped, counters.Unknown,
            flush.Pending, counters.Bypassed, emitted, watch.Elapsed.TotalSeconds, heap, longest.Max().TotalMilliseconds);
        if (!options.Witness)
        {
            Console.WriteLine(JsonSerializer.Serialize(result, EmitterJson.Default.EmitterResult));
        }

        return 0;
    }

    /// <summary>A flush waits for this process's own spans; this waits for those of its predecessors too.</summary>
    private static async Task DrainAsync(LangfuseTraceSink sink, EmitterOptions options, Stopwatch watch)
    {
        double until = watch.Elapsed.TotalSeconds + options.FlushSeconds;
        while (sink.Spool is { } spool && (!spool.HasScanned || spool.Pending > 0) && watch.Elapsed.TotalSeconds < until)
        {
            await Task.Delay(50);
        }
    }

    private static void Configure(LangfuseOptions langfuse, EmitterOptions options)
    {
        langfuse.BaseUrl = options.Url;
        langfuse.PublicKey = options.PublicKey;
        langfuse.SecretKey = "sk-lf-faults";
        langfuse.Format = options.Older ? LangfuseFormat.IngestionBatch : LangfuseFormat.OpenTelemetry;
        langfuse.RequestTimeout = TimeSpan.FromMilliseconds(options.RequestTimeoutMilliseconds);
        langfuse.MaxRetryAge = TimeSpan.FromSeconds(options.MaxRetryAgeSeconds);
        langfuse.FlushInterval = TimeSpan.FromMilliseconds(200);
        langfuse.ShutdownTimeout = TimeSpan.FromSeconds(1);
        if (options.Directory.Length > 0)
        {
            langfuse.Spool.Directory = options.Directory;
            langfuse.Spool.SegmentBytes = options.SegmentBytes;
            langfuse.Spool.MaxBytes = options.MaxBytes;
        }
    }

    /// <summary>Emits; returns how long the longest <c>Emit</c> took.</summary>
    private static TimeSpan Emit(LangfuseTraceSink sink, EmitterOptions options, int thread, Stream witness, Stopwatch watch)
    {
        var record = new SpanRecord { Type = ObservationType.Span, StartUnixNanos = 1_790_000_000_000_000_000, EndUnixNanos = 1_790_000_000_250_000_000 };
        record.Configure(captures: true, 16 * 1024 * 1024, TraceValueWriter.Default);
        byte[] content = new byte[Math.Max(2, options.ContentBytes)];
        content.AsSpan().Fill((byte)'7');
        content[0] = content[^1] = (byte)'"';
        byte[] noted = new byte[sizeof(ulong)];
        long count = 0;
        TimeSpan longest = TimeSpan.Zero;
        for (ulong id = options.FirstId + (ulong)thread; options.Spans == 0 || id < options.FirstId + (ulong)options.Spans; id += (ulong)options.Threads)
        {
            // No two spans have the same bytes, and every one says which it is in its content too.
            BinaryPrimitives.WriteUInt64LittleEndian(noted, id);
            if (content.Length >= 18)
            {
                Convert.TryToHexString(noted, content.AsSpan(1, 16), out _);
            }

            record.TraceId = new TraceId(0xFA17, id);
            record.SpanId = new SpanId(id);
            record.Name = options.BadEvery > 0 && id % (ulong)options.BadEvery == 0 ? BadName : "step";
            record.SetInput(content);
            long bypassed = sink.SpanCounters.Bypassed;
            long started = Stopwatch.GetTimestamp();
            sink.Emit(new SpanData(record));
            if (Stopwatch.GetElapsedTime(started) is var took && took > longest)
            {
                longest = took;
            }

            if (options.Witness)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(noted, sink.SpanCounters.Bypassed == bypassed ? id : id | PastSpool);

                // One small write to a pipe: whole or not at all.
                witness.Write(noted);
            }

            count++;
            if (options.Rate > 0)
            {
                Pace(watch, count * options.Threads / (double)options.Rate);
            }
        }

        return longest;
    }

    private static void Pace(Stopwatch watch, double due)
    {
        double ahead = due - watch.Elapsed.TotalSeconds;
        if (ahead > 0.002)
        {
            Thread.Sleep(TimeSpan.FromSeconds(ahead));
        }
    }
}
