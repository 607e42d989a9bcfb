using Microsoft.AspNetCore.Http;
using QuickStart;

namespace FourVendors;

/// <summary>Speaks the formats of four vendors, each under its own path, and answers every call with that vendor's next line.</summary>
internal sealed class VendorServer : IAsyncDisposable
{
    private readonly LoopbackServer _server;

    private VendorServer(LoopbackServer server) => _server = server;

    public string Address => _server.Address;

    public static async Task<VendorServer> StartAsync() => new(await LoopbackServer.StartAsync(AnswerAsync));

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static async Task AnswerAsync(HttpContext context)
    {
        await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        string path = context.Request.Path.Value ?? "";
        string? answer = path switch
        {
            "/openai/v1/chat/completions" => VendorAnswers.OpenAI,
            "/anthropic/v1/messages" => VendorAnswers.Anthropic,
            "/gemini/v1beta/models/gemini-3-pro:generateContent" => VendorAnswers.Gemini,
            "/mistral/v1/chat/completions" => VendorAnswers.Mistral,
            _ => null,
        };
        context.Response.StatusCode = answer is null ? StatusCodes.Status404NotFound : StatusCodes.Status200OK;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(answer ?? $$$"""{"error":{"message":"There is no {{{path}}} here."}}""", context.RequestAborted);
    }
}
