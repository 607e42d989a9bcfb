using System.Drawing;
using LlmStack.Routing;
using LlmStack.Tests.Support;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Calls;

public sealed class ImageGenerationTests
{
    private const string One = """{"data":[{"b64_json":"iVBORw=="}],"usage":{"input_tokens":1000000,"input_tokens_details":{"image_tokens":500000},"output_tokens":1000000,"total_tokens":2000000}}""";

    [Fact]
    public async Task An_image_falls_back_and_carries_its_route_span_and_cost()
    {
        await using var busy = new RawHttpServer(RawReply.Body(503, """{"error":{"message":"overloaded"}}"""));
        await using var server = new RawHttpServer(RawReply.Body(200, One));
        await using var h = new MediaHarness(busy, server, new ModelPrice { InputPerMillion = 4, InputImagePerMillion = 10, OutputPerMillion = 40 });

        ImageGenerationResponse response = await h.Client.AsImageGenerator("g").GenerateImagesAsync("A cat");

        Assert.Equal(["one/m", "two/m"], response.GetRoute()!.Attempts.Select(static attempt => attempt.Deployment));
        Assert.Equal(2 + 5 + 40, response.GetRoute()!.Cost.Total);
        h.Traces.ShouldHaveChild("image_generation g", "attempt 2", ObservationType.Generation);
    }

    [Fact]
    public async Task Images_without_a_usage_are_billed_by_the_piece()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, """{"data":[{"b64_json":"iVBORw=="},{"url":"https://x.test/a.png"}]}"""));
        await using var h = new MediaHarness(server, server, new ModelPrice { PerImage = 0.04m });

        ImageGenerationResponse response = await h.Client.AsImageGenerator("g").GenerateImagesAsync("A cat", new ImageGenerationOptions { Count = 2 });

        Assert.Null(response.Usage);
        Assert.Equal(0.08m, response.GetRoute()!.Cost.Total);
        Assert.Equal(new CostLine("images", 2, 0.04m, 0.08m), Assert.Single(response.GetRoute()!.Attempts[^1].Cost!.Lines));
    }

    [Fact]
    public async Task Images_without_a_usage_at_a_price_of_tokens_have_no_known_cost()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, """{"data":[{"b64_json":"iVBORw=="}]}"""));
        await using var h = new MediaHarness(server, server, new ModelPrice { InputPerMillion = 4, OutputPerMillion = 40 });

        ImageGenerationResponse response = await h.Client.AsImageGenerator("g").GenerateImagesAsync("A cat");

        Assert.Null(response.GetRoute()!.Cost.Total);
    }

    [Fact]
    public async Task Wishes_and_the_calls_own_model_reach_the_router()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, One));
        await using var h = new MediaHarness(server, server);
        ImageGenerationOptions options = new ImageGenerationOptions { ModelId = "two/other" }.WithRouting(new RoutingOptions { Deadline = TimeSpan.FromMinutes(1) });

        ImageGenerationResponse response = await h.Client.AsImageGenerator("g").GenerateImagesAsync("A cat", options);

        Assert.Equal("two/other", response.GetRoute()!.Deployment);
        Assert.Equal("""{"prompt":"A cat","model":"other"}""", server.LastBody);
    }

    [Fact]
    public async Task Bad_input_is_refused_before_any_call()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, One));
        await using var h = new MediaHarness(server, server);
        using IImageGenerator images = h.Client.AsImageGenerator("g");
        (ImageGenerationRequest Request, ImageGenerationOptions? Options, string Says)[] cases =
        [
            (new ImageGenerationRequest(), null, "Prompt is empty"),
            (new ImageGenerationRequest("x", [new UriContent("https://x.test/a.png", "image/png")]), null, "OriginalImages[0] is a UriContent"),
            (new ImageGenerationRequest("x"), new ImageGenerationOptions { Count = 0 }, "Count is 0"),
            (new ImageGenerationRequest("x"), new ImageGenerationOptions { ImageSize = new Size(0, 8) }, "ImageSize is 0x8"),
            (new ImageGenerationRequest("x"), new ImageGenerationOptions { MediaType = "image/gif" }, "MediaType is 'image/gif'"),
            (new ImageGenerationRequest("x"), new ImageGenerationOptions { ResponseFormat = ImageGenerationResponseFormat.Hosted }, "ResponseFormat is Hosted"),
            (new ImageGenerationRequest("x"), new ImageGenerationOptions { RawRepresentationFactory = static _ => null }, "RawRepresentationFactory is set"),
        ];
        foreach ((ImageGenerationRequest request, ImageGenerationOptions? options, string says) in cases)
        {
            LlmException error = await CallHarness.FailsAsync(() => images.GenerateAsync(request, options));
            Assert.Equal(LlmErrorKind.InvalidRequest, error.Kind);
            Assert.Contains(says, error.Message, StringComparison.Ordinal);
        }

        Assert.Empty(server.Requests);
        Assert.Equal("g", images.GetService<ImageGeneratorMetadata>()!.DefaultModelId);
    }
}
