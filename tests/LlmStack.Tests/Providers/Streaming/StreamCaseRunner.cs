using System.IO.Compression;
using LlmStack.Providers;
using LlmStack.Tests.Providers.OpenAI;
using LlmStack.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace LlmStack.Tests.Providers.Streaming;

/// <summary>
/// Runs a case whole, cut at every position, byte by byte and compressed; from memory, where a cut is a read of its own, and over a real
/// socket, where it is a chunk of its own. Every way must tell the same.
/// </summary>
internal static class StreamCaseRunner
{
    /// <summary>Longer bodies are cut at this many positions, evenly spread.</summary>
    private const int MostCuts = 1500;

    /// <param name="streamCase">The case.</param>
    /// <param name="create">Makes the adapter under test.</param>
    public static async Task RunAsync(StreamCase streamCase, Func<ProviderSetup, ILlmProvider> create) =>
        streamCase.Expected.Verify(await SameAsync(streamCase, create));

    /// <summary>What every way told, for tests that look at it themselves.</summary>
    /// <param name="body">The body, without HTTP framing.</param>
    /// <param name="create">Makes the adapter under test.</param>
    public static Task<StreamOutcome> SameAsync(string body, Func<ProviderSetup, ILlmProvider> create) =>
        SameAsync(new StreamCase(0, "unnamed", body, new StreamExpectation()), create);

    private static async Task<StreamOutcome> SameAsync(StreamCase streamCase, Func<ProviderSetup, ILlmProvider> create)
    {
        StreamOutcome whole = await FromMemoryAsync(streamCase, create, streamCase.Bytes, null, null);
        foreach (int cut in Cuts(streamCase.Bytes.Length))
        {
            Same(whole, await FromMemoryAsync(streamCase, create, streamCase.Bytes, [cut], null), $"cut at byte {cut}");
        }

        Same(whole, await FromMemoryAsync(streamCase, create, streamCase.Bytes, [.. Enumerable.Repeat(1, streamCase.Bytes.Length)], null), "byte by byte");
        byte[] packed = Gzip([streamCase.Bytes])[0];
        foreach (int cut in streamCase.IsBroken ? [] : Cuts(packed.Length))
        {
            Same(whole, await FromMemoryAsync(streamCase, create, packed, [cut], "gzip"), $"compressed, cut at byte {cut}");
        }

        await OverSocketAsync(streamCase, create, whole);
        return whole;
    }

    private static async Task OverSocketAsync(StreamCase streamCase, Func<ProviderSetup, ILlmProvider> create, StreamOutcome whole)
    {
        int[] cuts = [.. Cuts(streamCase.Bytes.Length)];
        await using var server = new RawHttpServer(i => Reply(streamCase, cuts[i], IsPacked(streamCase, i)));
        using HttpMessageInvoker http = Wire.Sockets();
        ILlmProvider provider = create(new ProviderSetup("test", new ProviderOptions(), server.Address, http, new FakeTimeProvider()));
        for (int i = 0; i < cuts.Length; i++)
        {
            Same(whole, await Wire.StreamAsync(provider, Wire.Call()), $"over a socket, {(IsPacked(streamCase, i) ? "compressed, " : "")}cut at byte {cuts[i]}");
        }
    }

    /// <summary>Every other request is compressed.</summary>
    private static bool IsPacked(StreamCase streamCase, int request) => request % 2 == 1 && !streamCase.IsBroken;

    private static RawReply Reply(StreamCase streamCase, int cut, bool packed)
    {
        byte[][] pieces = [streamCase.Bytes[..cut], streamCase.Bytes[cut..]];
        return RawReply.ChunkedBytes(
            !streamCase.IsBroken,
            packed ? Gzip(pieces) : pieces,
            packed ? [$"Content-Type: {streamCase.ContentType}", "Content-Encoding: gzip"] : [$"Content-Type: {streamCase.ContentType}"]);
    }

    private static Task<StreamOutcome> FromMemoryAsync(StreamCase streamCase, Func<ProviderSetup, ILlmProvider> create, byte[] body, IReadOnlyList<int>? sizes, string? encoding)
    {
        var http = new HttpMessageInvoker(new BytesHandler(body, sizes, encoding, streamCase.IsBroken));
        return Wire.StreamAsync(create(new ProviderSetup("test", new ProviderOptions(), new Uri("http://test/v1"), http, new FakeTimeProvider())), Wire.Call());
    }

    private static void Same(StreamOutcome whole, StreamOutcome other, string how) =>
        Assert.True(whole.Told == other.Told, $"{how}: {other.Told}\ninstead of: {whole.Told}\n{other.Failure}");

    private static IEnumerable<int> Cuts(int length)
    {
        int step = Math.Max(1, length / MostCuts);
        for (int at = 1; at < length; at += step)
        {
            yield return at;
        }
    }

    /// <summary>Compresses pieces into one stream, each flushed by itself.</summary>
    private static byte[][] Gzip(byte[][] pieces)
    {
        var output = new MemoryStream();
        var packed = new List<byte[]>();
        int taken = 0;
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (int i = 0; i < pieces.Length - 1; i++)
            {
                gzip.Write(pieces[i]);
                gzip.Flush();
                packed.Add(output.ToArray()[taken..]);
                taken = (int)output.Length;
            }

            gzip.Write(pieces[^1]);
        }

        packed.Add(output.ToArray()[taken..]);
        return [.. packed];
    }
}
