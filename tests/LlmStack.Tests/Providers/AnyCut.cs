using System.IO.Compression;
using System.Text;
using LlmStack.Providers;
using LlmStack.Tests.Providers.OpenAI;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Providers;

/// <summary>Runs one streamed body at every cut, and over sockets in pieces and compressed: the outcome must be the same each time.</summary>
internal static class AnyCut
{
    public static async Task<StreamOutcome> StreamAsync(Func<HttpMessageInvoker, Uri?, ILlmProvider> provider, Func<ProviderCall> call, string body, ChatOptions? options = null)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(body);
        StreamOutcome whole = await OverSocketAsync(provider, call(), RawReply.StreamBytes(bytes), options);
        for (int at = 1; at < bytes.Length; at++)
        {
            StreamOutcome cut = await RunAsync(provider(new HttpMessageInvoker(new BytesHandler(bytes, [at])), null), call(), options);
            Assert.True(whole.Told == cut.Told, $"cut at byte {at}: {cut.Told} instead of {whole.Told}");
        }

        StreamOutcome bytewise = await RunAsync(provider(new HttpMessageInvoker(new BytesHandler(bytes, [.. Enumerable.Repeat(1, bytes.Length)])), null), call(), options);
        Assert.Equal(whole.Told, bytewise.Told);
        for (int part = 1; part < 8; part++)
        {
            int at = bytes.Length * part / 8;
            StreamOutcome cut = await OverSocketAsync(provider, call(), RawReply.StreamBytes(bytes[..at], bytes[at..]), options);
            Assert.Equal(whole.Told, cut.Told);
        }

        byte[] packed = Gzip(bytes);
        byte[] head = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n");
        StreamOutcome compressed = await OverSocketAsync(provider, call(), new RawReply([head, packed[..(packed.Length / 2)], packed[(packed.Length / 2)..]]), options);
        Assert.Equal(whole.Told, compressed.Told);
        return whole;
    }

    public static async Task<StreamOutcome> OverSocketAsync(Func<HttpMessageInvoker, Uri?, ILlmProvider> provider, ProviderCall call, RawReply reply, ChatOptions? options = null)
    {
        await using var server = new RawHttpServer(reply);
        using HttpMessageInvoker http = Wire.Sockets();
        return await RunAsync(provider(http, server.Address), call, options);
    }

    public static async Task<StreamOutcome> RunAsync(ILlmProvider provider, ProviderCall call, ChatOptions? options = null)
    {
        var updates = new List<ChatResponseUpdate>();
        LlmException? failure = null;
        try
        {
            await foreach (ChatResponseUpdate update in provider.ChatStreamingAsync(call, Wire.Hello, options, CancellationToken.None))
            {
                updates.Add(update);
            }
        }
        catch (LlmException e)
        {
            failure = e;
        }

        return new StreamOutcome(updates, failure, call.Report);
    }

    private static byte[] Gzip(byte[] bytes)
    {
        var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return output.ToArray();
    }
}
